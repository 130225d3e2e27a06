"""What can be read off a portal: one file per kind of fact.

Each module has one public class and `read(...)`, whose parameters name the facts that it builds on.
"""
