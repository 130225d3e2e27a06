"""The local web page on which a school checks itself: it starts `auditor check` and shows what that left behind."""


class ServeError(Exception):
    """The web page cannot be opened; the message is Vietnamese."""
