"""Forecasts of series that more than one domain uses; arrays in, arrays out, no domain word.

``series`` holds the shapes; ``naive``, ``theta`` and ``smoothing`` the methods; ``combination`` and ``pool`` what
is made of several; ``growth_intervals`` and ``origin_intervals`` the prediction intervals of yearly growth and
of seasonal series; ``accuracy`` the measures of error; ``reconcile`` makes forecasts add up; ``series_forecast``
forecasts seasonal series by the pool; ``seasonal_trend`` takes a series with several seasons apart.

Many series are the rows of one matrix, periods its columns, ``nan`` where nothing is known; one series is a matrix
of one row. A method with ``origins`` forecasts from each of them by what was known there.
"""
