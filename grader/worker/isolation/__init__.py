"""The ways to keep student code apart from everything else; `ways` lists them."""
