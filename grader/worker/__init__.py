"""Run student code, at the other end of a wire. Of the other packages, this one imports only errors."""
