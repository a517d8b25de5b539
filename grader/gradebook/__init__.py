"""What is remembered about submissions and scores."""
