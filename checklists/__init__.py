"""Official checklists and the vocabulary of Vietnamese portals, as data."""
