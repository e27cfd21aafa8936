"""Files of hardware tokens as manufacturers make them."""

import base64

PRE_SHARED_KEY = bytes.fromhex("12345678901234567890123456789012")
"""That of RFC 6030, section 6.1."""
ENCRYPTED = """<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc"
    xmlns:ds="http://www.w3.org/2000/09/xmldsig#" xmlns:xenc="http://www.w3.org/2001/04/xmlenc#">
  <EncryptionKey><ds:KeyName>Pre-shared-key</ds:KeyName></EncryptionKey>
  <MACMethod Algorithm="http://www.w3.org/2000/09/xmldsig#hmac-sha1">
    <MACKey>
      <xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>
      <xenc:CipherData>
        <xenc:CipherValue>ESIzRFVmd4iZABEiM0RVZgKn6WjLaTC1sbeBMSvIhRejN9vJa2BOlSaMrR7I5wSX</xenc:CipherValue>
      </xenc:CipherData>
    </MACKey>
  </MACMethod>
  <KeyPackage>
    <DeviceInfo><Manufacturer>Manufacturer</Manufacturer><SerialNo>987654321</SerialNo></DeviceInfo>
    <CryptoModuleInfo><Id>CM_ID_001</Id></CryptoModuleInfo>
    <Key Id="12345678" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:hotp">
      <Issuer>Issuer</Issuer>
      <AlgorithmParameters><ResponseFormat Length="8" Encoding="DECIMAL"/></AlgorithmParameters>
      <Data>
        <Secret>
          <EncryptedValue>
            <xenc:EncryptionMethod Algorithm="http://www.w3.org/2001/04/xmlenc#aes128-cbc"/>
            <xenc:CipherData>
              <xenc:CipherValue>AAECAwQFBgcICQoLDA0OD+cIHItlB3Wra1DUpxVvOx2lef1VmNPCMl8jwZqIUqGv</xenc:CipherValue>
            </xenc:CipherData>
          </EncryptedValue>
          <ValueMAC>Su+NvtQfmvfJzF6bmQiJqoLRExc=</ValueMAC>
        </Secret>
        <Counter><PlainValue>0</PlainValue></Counter>
      </Data>
    </Key>
  </KeyPackage>
</KeyContainer>
"""
"""The example of RFC 6030, section 6.1: figure 6."""


def key_package(
    serial_number: str = "1001",
    *,
    kind: str = "totp",
    secret: bytes = b"12345678901234567890",
    parameters: str = '<ResponseFormat Length="6" Encoding="DECIMAL"/>',
    data: str = "",
    policy: str = "",
) -> str:
    """One token in clear."""
    return f"""
  <KeyPackage>
    <DeviceInfo><Manufacturer>oath.ACME</Manufacturer><SerialNo>{serial_number}</SerialNo><Model>T1</Model></DeviceInfo>
    <Key Id="{serial_number}" Algorithm="urn:ietf:params:xml:ns:keyprov:pskc:{kind}">
      <AlgorithmParameters>{parameters}</AlgorithmParameters>
      <Data>
        <Secret><PlainValue>{base64.b64encode(secret).decode()}</PlainValue></Secret>{data}
      </Data>{policy}
    </Key>
  </KeyPackage>"""


def pskc(*packages: str) -> bytes:
    """A file of these."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<KeyContainer Version="1.0" xmlns="urn:ietf:params:xml:ns:keyprov:pskc">{"".join(packages)}
</KeyContainer>""".encode()


def csv_text(*lines: str, titles: str = "upn,serial number,secret key,time interval,manufacturer,model") -> bytes:
    """A file with Entra's columns, or others."""
    return "\r\n".join((titles, *lines, "")).encode()
