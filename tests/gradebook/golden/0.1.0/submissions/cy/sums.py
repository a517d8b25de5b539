five = 4
