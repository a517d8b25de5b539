"""Figures as shapes, from panels to the motion of an SVG."""
