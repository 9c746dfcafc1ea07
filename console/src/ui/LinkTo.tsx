// SPDX-License-Identifier: Apache-2.0
import { Button, type ButtonProps } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { AriaAttributes, ReactNode } from 'react'
import { splitHref } from '@/base/url'

/** A link within the console: its page is loaded ahead when the pointer or the focus comes near. */
export function LinkTo({ href, children, ...rest }: { href: string; children: ReactNode; className?: string; title?: string; onClick?: () => void } & AriaAttributes) {
  return <Link {...splitHref(href)} {...rest}>{children}</Link>
}

/** The same in the shape of a button. */
export function ButtonLink({ href, children, ...rest }: { href: string; children: ReactNode } & ButtonProps) {
  return <Button {...rest} renderRoot={(props: object) => <Link {...splitHref(href)} {...props} />}>{children}</Button>
}
