// A certificate with its key that is in order but for its size: 512 bits are too few for OpenSSL, and so for NGINX.
import type { KeyPair } from '../../src/pki/authority.ts'

/** For weak.test; worthless, as its key is here for everybody to read. */
export const weakPair: KeyPair = {
  certificatePem: `-----BEGIN CERTIFICATE-----
MIIBlzCCAUGgAwIBAgIUIJGLcn5Dzs5vgkQE+lkbA6wD1lYwDQYJKoZIhvcNAQEL
BQAwFDESMBAGA1UEAwwJd2Vhay50ZXN0MCAXDTI2MTEyMjAxMTIyMFoYDzIxMjYx
MDI5MDExMjIwWjAUMRIwEAYDVQQDDAl3ZWFrLnRlc3QwXDANBgkqhkiG9w0BAQEF
AANLADBIAkEA8o380mk/7vtZkXsHYgJznKVUyqB/m0kTByM8H0GiIKszWJX82/ZR
pwPXEsCTeZhqmxx9Ef1kdIvXt26GddlD5QIDAQABo2kwZzAdBgNVHQ4EFgQUUDWm
HYuRvfnaT2VwVJsicU+IjeUwHwYDVR0jBBgwFoAUUDWmHYuRvfnaT2VwVJsicU+I
jeUwDwYDVR0TAQH/BAUwAwEB/zAUBgNVHREEDTALggl3ZWFrLnRlc3QwDQYJKoZI
hvcNAQELBQADQQCa+ZJKBZMCUbMuBjz26D1mY8ffASQTZH6LK36W3bzNKiiYaSFc
Cvh2NgrfsQQURKPncGWQZ/Q/6mhMHc7XLotV
-----END CERTIFICATE-----
`,
  privateKeyPem: `-----BEGIN PRIVATE KEY-----
MIIBVgIBADANBgkqhkiG9w0BAQEFAASCAUAwggE8AgEAAkEA8o380mk/7vtZkXsH
YgJznKVUyqB/m0kTByM8H0GiIKszWJX82/ZRpwPXEsCTeZhqmxx9Ef1kdIvXt26G
ddlD5QIDAQABAkEA2JHWr7iyERvz+WW0TdqKh89HSjTMO0af6ruXLwFXVXpKPKeQ
UmsNqnQf33z9wc2z8vUTVAjl34KAJhE3wUc3AQIhAPnZU9f5XHNSYSZG/O0OuMNM
aiOGD9hvkhg52ysdiE9xAiEA+IawElO4cJE1/bmzdSTpvjqV1UfWH9F9jj6Wx1vA
KbUCIQDFl+C9L5K0CXSXhxDEkh4BJk/SpFWnwCT0T91LLeH9oQIhAI1LphcFWjtF
k7ipN4pGbk4k6MLVkLuOUx/oHblCRMJxAiBy1MeecZPusFEgLQ7VwTSuSlZvAlTh
6e+ST9LUe71Y6w==
-----END PRIVATE KEY-----
`,
}
