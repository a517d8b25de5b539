size = 7
moves = "A"
