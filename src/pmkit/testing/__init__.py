"""
What marketplaces and plugin authors test with; needs the extra ``testing``.
"""
