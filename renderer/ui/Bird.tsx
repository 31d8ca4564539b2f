import type { JSX } from 'solid-js'
import logo from './logo.svg'

/** The mark of Waxwing. Decoration: its name always stands beside it. */
export function Bird(props: { readonly size: number }): JSX.Element {
  return <img src={logo} width={props.size} height={props.size} alt="" draggable={false} />
}
