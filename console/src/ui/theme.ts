// SPDX-License-Identifier: Apache-2.0
// The kit's theme from our tokens (tokens.css), so that both themes come from one place.
import {
  ActionIcon, Alert, Button, type CSSVariablesResolver, createTheme, Drawer, Input, type MantineColorsTuple, Menu, Modal, SegmentedControl,
  Table, Tooltip,
} from '@mantine/core'

/** The kit's dark greys: text, borders (4), fields (6), body (7). */
const dark: MantineColorsTuple = [
  '#e9eaec', '#b3b7bd', '#989da5', '#70757d', '#3a3e43', '#2a2d31', '#1f2226', '#1a1c1f', '#131416', '#0d0e0f',
]

const accent: MantineColorsTuple = [
  '#eef3ff', '#dbe5fd', '#b5c8f7', '#85a8ff', '#6a90f0', '#4a75e0', '#2f5fd0', '#2a55bb', '#2449a0', '#1d3c85',
]

export const theme = createTheme({
  primaryColor: 'accent',
  primaryShade: { light: 6, dark: 3 },
  colors: { accent, dark },
  autoContrast: true,
  fontFamily: "system-ui, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans Arabic', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SFMono-Regular', 'Cascadia Mono', 'DejaVu Sans Mono', monospace",
  fontSizes: { xs: '12px', sm: '13px', md: '13px', lg: '15px', xl: '18px' },
  spacing: { xs: '4px', sm: '8px', md: '12px', lg: '16px', xl: '24px' },
  defaultRadius: 'var(--r)',
  cursorType: 'pointer',
  respectReducedMotion: true,
  headings: { sizes: { h1: { fontSize: '20px' }, h2: { fontSize: '14px' }, h3: { fontSize: '13px' } } },
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs', variant: 'default' } }),
    ActionIcon: ActionIcon.extend({ defaultProps: { variant: 'subtle', color: 'gray', size: 'md' } }),
    Input: Input.extend({ defaultProps: { size: 'sm' } }),
    SegmentedControl: SegmentedControl.extend({ defaultProps: { size: 'xs', transitionDuration: 100 } }),
    Alert: Alert.extend({ defaultProps: { variant: 'outline' } }),
    Table: Table.extend({ defaultProps: { verticalSpacing: 6, horizontalSpacing: 'md' } }),
    Menu: Menu.extend({ defaultProps: { transitionProps: { duration: 80 }, position: 'bottom-end', shadow: 'md' } }),
    ModalRoot: Modal.Root.extend({ defaultProps: { lockScroll: false, transitionProps: { duration: 100 } } }),
    ModalOverlay: Modal.Overlay.extend({ defaultProps: { color: '#000', backgroundOpacity: 0.4 } }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false, transitionProps: { duration: 120 } } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 300, transitionProps: { duration: 80 }, events: { hover: true, focus: true, touch: true } } }),
  },
})

const shared = {
  '--mantine-color-body': 'var(--panel)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--faint)',
  '--mantine-color-placeholder': 'var(--faint)',
  '--mantine-color-anchor': 'var(--accent-ink)',
  '--mantine-color-default': 'var(--panel)',
  '--mantine-color-default-hover': 'var(--bg)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-error': 'var(--bad)',
  '--mantine-color-red-filled': '#b3261e',
  '--mantine-color-red-filled-hover': '#98201a',
  '--mantine-line-height': '1.45',
}

export const variables: CSSVariablesResolver = () => ({
  variables: shared,
  light: shared,
  dark: { ...shared, '--mantine-primary-color-contrast': '#10131a' },
})
