"""What the server of forks loads (auditor.processes): everything that judging needs."""

from auditor.judge import settle_in

settle_in()
