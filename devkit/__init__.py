"""What `./dev` does, one module a concern; standard library only.

The scripts in `inside/` are the exception: they run in the environment that the other
modules set up, with Odoo at hand.
"""
