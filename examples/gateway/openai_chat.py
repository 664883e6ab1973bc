# The SDK of OpenAI: base_url is the gateway, which has the key.
import os
from openai import OpenAI

client = OpenAI(base_url=os.environ['API'] + '/v1', api_key='the gateway adds it')
for part in client.chat.completions.create(model='small', stream=True, messages=[{'role': 'user', 'content': 'Hello'}]):
    print(part.choices[0].delta.content or '', end='', flush=True)
print()
