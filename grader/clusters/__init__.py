"""What wrong answers of a class have in common, where no misconception explains them."""
