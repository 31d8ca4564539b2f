import type { JSX } from 'solid-js'
import logo from './logo.svg'

/** The mark of Waxwing. Decoration: its name always stands beside it. */
export function Bird(props: { readonly size: number; readonly quiet?: boolean }): JSX.Element {
  return (
    <img
      src={logo}
      width={props.size}
      height={props.size}
      alt=""
      draggable={false}
      data-quiet={props.quiet ? '' : undefined}
    />
  )
}
