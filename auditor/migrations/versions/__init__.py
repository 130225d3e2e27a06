"""One file per change of the store; the newest has the highest number."""
