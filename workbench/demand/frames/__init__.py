"""Forecasts of labelled frames, without a workbook or a project."""
