// A window with nothing of the app in it but the engine: the screen's tests put the built page into it.
const { app, BrowserWindow } = require('electron')

app.on('window-all-closed', () => {})
app.on('ready', () => {
  void new BrowserWindow({ show: false, webPreferences: { sandbox: true } }).loadURL('data:text/html,ready')
})
