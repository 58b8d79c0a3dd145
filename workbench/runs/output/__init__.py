"""What libraries print, log and track inside a job."""
