"""The tutorial and the guides do what they say, and every link leads somewhere."""
