€ is no Python
