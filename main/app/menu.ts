/** The application menu: only what people expect of the platform; everything else is in the screen. */
import { app, Menu } from 'electron'

export function setMenu(): void {
  const developer = app.isPackaged ? [] : [{ role: 'toggleDevTools' as const }]
  const template: Electron.MenuItemConstructorOptions[] = [
    ...(process.platform === 'darwin' ? [{ role: 'appMenu' as const }] : []),
    { role: 'editMenu' },
    {
      label: 'View',
      submenu: [
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { role: 'resetZoom' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...developer,
      ],
    },
    { label: 'Window', submenu: [{ role: 'minimize' }, { role: 'close' }, { role: 'quit' }] },
  ]
  Menu.setApplicationMenu(Menu.buildFromTemplate(template))
}
