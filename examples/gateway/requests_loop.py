# One after another with requests, as a plain script does.
import os, requests

session = requests.Session()
statuses = []
for index in range(int(os.environ.get('COUNT', '500'))):
    response = session.get(f"{os.environ['API']}/products/{1 + index % 500}", timeout=120)
    statuses.append(response.status_code)
print({status: statuses.count(status) for status in set(statuses)})
