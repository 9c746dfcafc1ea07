// SPDX-License-Identifier: Apache-2.0
// Shows what the server pushes while no page is open.
self.addEventListener('push', (event) => {
  const message = event.data ? event.data.json() : {}
  event.waitUntil(self.registration.showNotification(message.title ?? 'Patron', { body: message.body, tag: message.tag, icon: '/icon.svg', data: message.path }))
})

self.addEventListener('notificationclick', (event) => {
  event.notification.close()
  event.waitUntil(self.clients.openWindow(event.notification.data ?? '/notifications'))
})
