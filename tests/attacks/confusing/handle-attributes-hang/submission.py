"""Answer with objects whose length, items, attributes and calls raise, lie, hang and return themselves."""


class Thing:
    """Raises a different way at each look."""

    def __len__(self):
        return 2**62

    def __getitem__(self, key):
        raise StopIteration

    def __getattribute__(self, name):
        raise GeneratorExit

    def __bool__(self):
        while True:
            pass

    __eq__ = __hash__ = __call__ = __iter__ = __bool__


secret, size = Thing(), [Thing(), 9]


def scale(x):
    return Thing()


def same(x):
    return {"x": Thing()}
