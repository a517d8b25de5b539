"""Never return, at the top level and in every function."""


def scale(x):
    while True:
        pass


while True:
    pass
