"""The crawl: the only room that talks to the network."""
