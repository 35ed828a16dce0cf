import { z } from 'zod'

/** Ranges one token or organisation may name. */
export const IP_RANGES_MAX = 100

const FORMS = [z.cidrv4(), z.cidrv6(), z.ipv4(), z.ipv6()]
const LONGEST = 49

/** A network in CIDR notation, or one address. */
export const ipRange = z
  .string()
  .trim()
  .max(LONGEST)
  .refine((text) => FORMS.some((form) => form.safeParse(text).success), {
    message: 'a network such as 203.0.113.0/24 or 2001:db8::/32, or one address',
  })
export const ipRanges = z.array(ipRange).max(IP_RANGES_MAX)
