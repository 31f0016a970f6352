"""Metal and coatings thinner than a cell, and slots narrower than one.

In: rectangles of grid planes, or the faces of staircase walls; thickness and conductivity.
Out: two-sided sheets and walls as elements; resistive sheets and slots as rows of the medium.
Never: CAD geometry; which model a wall needs.
"""
