"""Scorecards for people: the workbook and the HTML pages, both views of results.json."""
