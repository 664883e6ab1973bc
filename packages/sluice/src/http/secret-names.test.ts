import { describe, expect, it } from 'vitest'
import { isSecretHeader, isSecretParameter, secretHints } from './secret-names.ts'

const words = (text: string): string[] => text.trim().split(/\s+/)

const secretHeaders = words(`
  Authorization Cookie Cookie2 Set-Cookie Proxy-Authorization X-Authorization X-AuthToken AuthToken AccessToken X-AccessToken
  X-CsrfToken X-Auth Auth X-Session X-Session-Id Session SessionId X-JWT X-Jwt-Assertion Cf-Access-Jwt-Assertion X-Api-Key
  ApiKey X-ApiKey X-APIKEY Ocp-Apim-Subscription-Key X-Amz-Security-Token X-Vault-Token PRIVATE-TOKEN X-Access-Key-Id
  X-AccessKey X-SecretKey x-secretkey X-Auth-Email X-Password X-Passphrase OK-ACCESS-PASSPHRASE CB-ACCESS-SIGN X-Signature
  X-MBX-APIKEY X-Hub-Signature-256 X-Signature-Ed25519 X-Client-Secret X-Credentials X-Pin X-OTP X-Bearer Authentication
  x-functions-key X-Tableau-Auth Authorization-Token DD-API-KEY X-Forwarded-Access-Token X-Xsrf-Token X-Tokens MyToken id_token
  X-Authtoken-V2 x-sig X-Pass X-HMAC x-mykey`)

const plainHeaders = words(`
  Accept Content-Type Idempotency-Key Access-Control-Allow-Credentials Access-Control-Allow-Headers ETag WWW-Authenticate
  X-Request-Id X-RateLimit-Remaining-Tokens X-RateLimit-Limit-Tokens Anthropic-RateLimit-Tokens-Remaining X-Token-Count
  X-Token-Type X-Author Keep-Alive X-Keywords X-Signed-Headers X-Design`)

const secretParameters = words(`
  api_key apikey apiKey APIKEY api-key key token access_token accessToken authToken authtoken auth_token subscription-key
  subscriptionKey hapikey appid app_key appKey user_key client_key private_key secret_key secretkey access_key accessKey
  accesskey AWSAccessKeyId password pass passwd pw pwd session sessionid sid PHPSESSID jwt id_token id_token_hint refresh_token
  client_secret clientSecret sig signature X-Amz-Signature X-Amz-Credential authorization auth bearer apitoken wskey x-api-key
  otp pin passphrase SAMLResponse client_assertion developerKey serpapi_key consumer_key oauth_token oauth_signature
  CMC_PRO_API_KEY apikey[] token%5B%5D t%6Fken %2574oken TOKEN credentials a.token user[password] tokens access_tokens`)

const plainParameters = words(`
  monkey turkey tokens_used idempotency-key max_tokens prompt_tokens x-ratelimit-remaining-tokens tokens_per_minute token_type
  sort_key partitionKey issue_key keyword keys author session_count signatureVersion X-Amz-SignedHeaders X-Amz-Date page cursor page_token nextPageToken next_token continuation-token syncToken nextpagetoken
  compass pass_rate design signal cookie_policy tokenizer authority passenger country_code state`)

describe('names of credentials', () => {
  it.each(secretHeaders)('takes the header %s for a secret, in any case', (name) => {
    expect([name, name.toLowerCase(), name.toUpperCase()].filter((one) => !isSecretHeader(one))).toEqual([])
  })

  it.each(plainHeaders)('lets the header %s be read', (name) => {
    expect(isSecretHeader(name)).toBe(false)
  })

  it.each([...secretParameters, 'Token ', 'API Key', '+token+'])('takes the parameter %s for a secret', (name) => {
    expect(isSecretParameter(name)).toBe(true)
  })

  it.each(plainParameters)('lets the parameter %s be read', (name) => {
    expect(isSecretParameter(name)).toBe(false)
  })

  it('has a hint for every secret name that is not percent-encoded, so that other URLs need not be looked at', () => {
    const isHinted = (name: string): boolean => secretHints.some((hint) => name.toLowerCase().includes(hint))
    const names = [...secretParameters, ...secretHeaders].filter(
      (name) => !name.includes('%') && isSecretParameter(name),
    )
    expect(names.filter((name) => !isHinted(name))).toEqual([])
  })

  it('reads names of any length by their ends', () => {
    expect(isSecretParameter(`${'x_'.repeat(100_000)}token`)).toBe(true)
    expect(isSecretHeader(`${'x-'.repeat(100_000)}Accept`)).toBe(false)
  })
})
