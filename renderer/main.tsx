/* @refresh reload */
import { render } from 'solid-js/web'
import './ui/tokens.css'
import './ui/base.css'
import { App } from './features/app/App.tsx'

const root = document.getElementById('root')
if (!root) throw new Error('index.html has no #root')
render(() => <App />, root)
