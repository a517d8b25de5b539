"""Lists within lists, ten megabytes of them, in the metadata."""


def notebook():
    depth = 5_000_000
    return b'{"nbformat": 4, "nbformat_minor": 5, "metadata": ' + b"[" * depth + b"]" * depth + b', "cells": []}'
