"""The yearly electricity demand forecast by sector.

``config`` says what can be set and ``inputs`` reads the workbook; ``views`` shows it before any forecast. The
science: ``growth``, ``elasticity``, ``trend``, ``smoothing``, ``regression`` and ``ensemble`` hold the models that
``models`` lists; ``shocks``, ``drivers``, ``backtest``, ``accuracy``, ``intervals``, ``requirement`` and
``measures`` the rest. ``plan`` decides what a run computes, ``sector_forecast`` is one unit of it, ``assemble``
puts the result together; ``job`` ties them, ``results`` saves, loads and compares, ``charts``, ``report`` and
``export`` show.
"""
