import { refuse } from '@stoa/contracts'
import { readCertificate } from '../certificate.js'
import type { SamlSettings } from '../connection.js'
import { attributeOf, childrenOf, elementsOf, NS, readXml, textOf } from './xml.js'

const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
const MAX_CERTIFICATES = 5

/** A provider's entity id, address and keys from its metadata. Throws `ConnectionInvalid`. */
export function readMetadata(xml: string): SamlSettings {
  const root = readXml(xml.trim(), { comments: true })
  const providers = root
    ? elementsOf(root).filter((node) => node.localName === 'IDPSSODescriptor' && node.namespaceURI === NS.metadata)
    : []
  const [provider] = providers
  if (!provider?.parentNode || providers.length !== 1)
    throw invalid('This is not the SAML metadata of one identity provider.')
  const entityId = attributeOf(provider.parentNode, 'entityID')
  if (!entityId) throw invalid('The metadata names no entity id.')
  const service = childrenOf(provider, NS.metadata, 'SingleSignOnService').find(
    (node) => attributeOf(node, 'Binding') === REDIRECT,
  )
  const ssoUrl = service && attributeOf(service, 'Location')
  if (!ssoUrl || !/^https?:\/\//.test(ssoUrl))
    throw invalid('The metadata offers no sign-in over the HTTP-Redirect binding.')
  const keys = childrenOf(provider, NS.metadata, 'KeyDescriptor').filter(
    (node) => attributeOf(node, 'use') !== 'encryption',
  )
  const certificates = keys
    .flatMap(elementsOf)
    .filter((node) => node.localName === 'X509Certificate')
    .map((node) => readCertificate(textOf(node) ?? '').pem)
  const distinct = [...new Set(certificates)].slice(0, MAX_CERTIFICATES)
  if (distinct.length === 0) throw invalid('The metadata holds no certificate for signatures.')
  return { entityId, ssoUrl, certificates: distinct }
}

const invalid = (message: string) => refuse('ConnectionInvalid', message)
