"""One HTTP client for every domain that downloads: paced, cached, retried, resumed, and cancelled within a second.

What is particular to a service (its address, how often and how many times it may be asked, how its answers are
read) is data of the domain, see :class:`workbench.online.service.Service`.

Modules: :mod:`~workbench.online.service` describes services and requests, :mod:`~workbench.online.client` sends
them, :mod:`~workbench.online.retries` decides what is worth another try, :mod:`~workbench.online.downloads` streams
files to the disk, :mod:`~workbench.online.pacing` and :mod:`~workbench.online.cache` do what they are named for.

The cache is our own: a general HTTP cache (such as hishel) stores a response as soon as its body has arrived,
before anyone has read it. Here only answers that could be read are kept, an expired one serves while a service is
down, and each request says how long its answer is good for when the service does not.
"""
