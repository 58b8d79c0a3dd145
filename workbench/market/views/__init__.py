"""The market boards in notebooks."""

from workbench.ui.declared import PageView

__all__ = ["BATTERIES", "GENERATION", "PRICES", "STATIONS", "TODAY", "TRENDS"]

_PAGE = "workbench.market.views.view:MarketView"

TODAY = PageView(page=_PAGE, says_made_up=True, options={"board": "today"})
GENERATION = PageView(page=_PAGE, says_made_up=True, options={"board": "generation", "period": "7 days"})
PRICES = PageView(page=_PAGE, says_made_up=True, options={"board": "prices", "period": "7 days"})
STATIONS = PageView(page=_PAGE, says_made_up=True, options={"board": "stations", "period": "7 days"})
BATTERIES = PageView(page=_PAGE, says_made_up=True, options={"board": "batteries", "period": "30 days"})
TRENDS = PageView(page=_PAGE, says_made_up=True, options={"board": "trends", "period": "12 months"})
