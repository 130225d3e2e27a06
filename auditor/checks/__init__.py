"""The questions of the checklist: one file, one function, one answer. Discovery is the folder."""
