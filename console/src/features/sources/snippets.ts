// SPDX-License-Identifier: Apache-2.0
// What a developer pastes, for each client library. They work as they stand: tests/browser/test_snippets.py runs them.

export type Snippet = { id: string; name: string; install?: string; code: string }

/** `server`: origin of this Patron, 'https://patron.example.com'. */
export function snippetsOf(server: string, writeKey: string): Snippet[] {
  const host = new URL(server).host
  const protocol = new URL(server).protocol.replace(':', '')
  return [
    { id: 'browser', name: 'Browser', code: browser(server, writeKey) },
    { id: 'node', name: 'Node', install: 'npm install @segment/analytics-node', code: node(server, writeKey) },
    { id: 'python', name: 'Python', install: 'pip install segment-analytics-python', code: python(server, writeKey) },
    { id: 'java', name: 'Java', install: JAVA_DEPENDENCY, code: java(server, writeKey) },
    { id: 'rudderstack', name: 'RudderStack', install: 'npm install @rudderstack/rudder-sdk-node', code: rudder(server, writeKey) },
    { id: 'curl', name: 'curl', code: curl(server, writeKey) },
    { id: 'pixel', name: 'Pixel', code: `<img alt="" width="1" height="1" src="${protocol}://${host}/pixel/v1/track?writeKey=${writeKey}&amp;event=Mail%20Opened&amp;userId=user-1">` },
  ]
}

const JAVA_DEPENDENCY = `<dependency>
  <groupId>com.segment.analytics.java</groupId>
  <artifactId>analytics</artifactId>
  <version>3.5.4</version>
</dependency>`

function browser(server: string, key: string): string {
  return `<script>
  !function(){var i="analytics",analytics=window[i]=window[i]||[];if(!analytics.initialize)if(analytics.invoked)window.console&&console.error&&console.error("Segment snippet included twice.");else{analytics.invoked=!0;analytics.methods=["trackSubmit","trackClick","trackLink","trackForm","pageview","identify","reset","group","track","ready","alias","debug","page","screen","once","off","on","addSourceMiddleware","addIntegrationMiddleware","setAnonymousId","addDestinationMiddleware","register"];analytics.factory=function(e){return function(){if(window[i].initialized)return window[i][e].apply(window[i],arguments);var n=Array.prototype.slice.call(arguments);n.unshift(e);analytics.push(n);return analytics}};for(var n=0;n<analytics.methods.length;n++){var key=analytics.methods[n];analytics[key]=analytics.factory(key)}analytics.load=function(key,n){var t=document.createElement("script");t.type="text/javascript";t.async=!0;t.setAttribute("data-global-segment-analytics-key",i);t.src="${server}/analytics.js/v1/"+key+"/analytics.min.js";var r=document.getElementsByTagName("script")[0];r.parentNode.insertBefore(t,r);analytics._loadOptions=n};analytics._writeKey="${key}";analytics.SNIPPET_VERSION="5.2.1";
  analytics.load("${key}");
  analytics.page();
  }}();
</script>`
}

function node(server: string, key: string): string {
  return `import { Analytics } from '@segment/analytics-node'

const analytics = new Analytics({ writeKey: '${key}', host: '${server}' })
analytics.track({ userId: 'user-1', event: 'Order Completed', properties: { order_id: 'o-1', total: 64.0, currency: 'GBP' } })
await analytics.closeAndFlush()`
}

function python(server: string, key: string): string {
  return `import segment.analytics as analytics

analytics.write_key = '${key}'
analytics.host = '${server}'
analytics.track('user-1', 'Order Completed', {'order_id': 'o-1', 'total': 64.0, 'currency': 'GBP'})
analytics.shutdown()`
}

function java(server: string, key: string): string {
  return `import com.segment.analytics.Analytics;
import com.segment.analytics.messages.TrackMessage;
import java.util.Map;

public class Example {
  public static void main(String[] args) throws Exception {
    Analytics analytics = Analytics.builder("${key}").endpoint("${server}").build();
    analytics.enqueue(TrackMessage.builder("Order Completed").userId("user-1").properties(Map.of("order_id", "o-1", "total", 64.0)));
    analytics.flush();
    Thread.sleep(2000);
    analytics.shutdown();
  }
}`
}

function rudder(server: string, key: string): string {
  return `import RudderAnalytics from '@rudderstack/rudder-sdk-node'

const analytics = new RudderAnalytics('${key}', { dataPlaneUrl: '${server}' })
analytics.track({ userId: 'user-1', event: 'Order Completed', properties: { order_id: 'o-1', total: 64.0 } })
await analytics.flush()`
}

function curl(server: string, key: string): string {
  return `curl -u ${key}: ${server}/v1/track -H 'Content-Type: application/json' \\
  -d '{"userId":"user-1","event":"Order Completed","properties":{"order_id":"o-1","total":64.0,"currency":"GBP"}}'`
}
