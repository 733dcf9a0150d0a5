from odoo.tests import BaseCase, tagged

from ..portions import in_portions


@tagged("post_install", "-at_install")
class TestPortions(BaseCase):
    def test_portions(self):
        for sizes, most, expected in (
            ([], None, []),
            ([1, 2, 3], None, [[1, 2, 3]]),
            ([4, 5, 2, 9, 20, 1], None, [[4, 5], [2], [9], [20], [1]]),
            ([1, 1, 1], 2, [[1, 1], [1]]),
            ([0, 0, 0, 10, 0], None, [[0, 0, 0, 10, 0]]),
        ):
            with self.subTest(sizes, most=most):
                self.assertEqual(list(in_portions(sizes, int, 10, most)), expected)
