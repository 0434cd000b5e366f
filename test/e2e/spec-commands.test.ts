// Every command of the runbooks that describe Anton's network, typed as they stand there.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { fetchText } from './fetch-text.testing.ts'
import { startLab, type TestLab } from './lab.testing.ts'
import { ctrlC, type Screen } from './screen.testing.ts'

/** The shell blocks of the two documents, in their order. */
const runbook = `
# Available ingress classes
kubectl get ingressclass

# Check DNS resolution
kubectl run test-dns --image=busybox --rm -it -- nslookup kubernetes.default

# View CoreDNS configuration
kubectl get configmap -n kube-system coredns -o yaml

# Check Cilium status
kubectl get pods -n kube-system -l k8s-app=cilium

# View Cilium connectivity status
kubectl exec -n kube-system -c cilium-agent ds/cilium -- cilium status

# Check network policies
kubectl get networkpolicies -A

# View service endpoints
kubectl get endpoints -A

# Check NGINX controller status
kubectl get pods -n network -l app.kubernetes.io/name=ingress-nginx

# View ingress resources
kubectl get ingress -A

# Check certificate status
kubectl get certificates -A

# Monitor ingress metrics
kubectl port-forward -n network svc/ingress-nginx-controller-metrics 10254:10254

# Test pod-to-pod connectivity
kubectl run test-source --image=busybox --rm -it -- ping 10.244.1.10

# Test service connectivity
kubectl run test-client --image=busybox --rm -it -- wget -qO- http://kubernetes.default/api/v1

# Test external connectivity
kubectl run test-external --image=busybox --rm -it -- wget -qO- https://google.com

# Check DNS resolution
kubectl run test-dns --image=busybox --rm -it -- nslookup prometheus.monitoring.svc.cluster.local

# Check Cilium agent health
kubectl exec -n kube-system ds/cilium -- cilium status --verbose

# View network policy enforcement
kubectl exec -n kube-system ds/cilium -- cilium policy get

# Check service load balancing
kubectl exec -n kube-system ds/cilium -- cilium service list

# Diagnose connectivity issues
kubectl exec -n kube-system ds/cilium -- cilium connectivity test

# Check NGINX controller logs
kubectl logs -n network -l app.kubernetes.io/name=ingress-nginx

# View NGINX configuration
kubectl exec -n network deployment/ingress-nginx-controller -- cat /etc/nginx/nginx.conf

# Test backend connectivity
kubectl exec -n network deployment/ingress-nginx-controller -- curl -I http://backend-service:8080/health

# Check CoreDNS pods
kubectl get pods -n kube-system -l k8s-app=kube-dns

# View DNS configuration
kubectl get configmap -n kube-system coredns -o yaml

# Test DNS resolution
kubectl run dns-test --image=busybox --rm -it -- nslookup kubernetes.default.svc.cluster.local

# Check LoadBalancer IP pools
kubectl get ciliumloadbalancerippools

# Check LoadBalancer services
kubectl get services --field-selector spec.type=LoadBalancer

# Cilium debugging
kubectl exec -n kube-system ds/cilium -- cilium status
kubectl exec -n kube-system ds/cilium -- cilium service list
kubectl exec -n kube-system ds/cilium -- cilium bpf lb list

# Check ingress
kubectl describe ingress

# Test connectivity
kubectl run test-pod --image=busybox --rm -it -- /bin/sh
`
const commands = [...new Set(runbook.split('\n').filter(line => line.startsWith('kubectl ')))]

interface Expectation {
  /** All of them are on the screen in the end. */
  readonly shows: readonly RegExp[]
  /** Default 0. */
  readonly code?: number
  /** What the person does while it runs. */
  readonly meanwhile?: (screen: Screen) => Promise<void>
}

const podOf = (name: string) => new RegExp(`^${name}-\\S+ +1/1 +Running +0 +\\d+s$`, 'm')
/** Said by name, with where to look instead, and never taken for health. */
const refusedBy = (words: string) => ({
  code: 3,
  shows: [new RegExp(`^cilium ${words}: no answer: `, 'm'), /^Look here instead: (kubectl|fairway) /m],
})
const status = {
  shows: [/^KubeProxyReplacement: +True +\[eth0 +192\.168\.1\.\d+ /m, /^Cluster health: +3\/3 reachable /m],
}
const nslookup = (name: string, address: RegExp) => ({
  shows: [/^Server:\s+10\.96\.0\.10$/m, new RegExp(`^Name:\\s+${name}\nAddress: ${address.source}$`, 'm')],
})
const row = (...cells: readonly string[]) => new RegExp(`^${cells.join(' +')} *$`, 'm')

const expectations: Readonly<Record<string, Expectation>> = {
  'kubectl get ingressclass': {
    shows: [
      /^NAME {8}CONTROLLER {17}PARAMETERS {3}AGE\nexternal {4}k8s\.io\/external {12}<none> {7}68d\ninternal {4}k8s\.io\/internal {12}<none> {7}68d\ntailscale {3}tailscale\.com\/ts-ingress {3}<none> {7}68d\n$/,
    ],
  },
  'kubectl run test-dns --image=busybox --rm -it -- nslookup kubernetes.default': nslookup(
    'kubernetes.default.svc.cluster.local',
    /10\.96\.0\.1/,
  ),
  'kubectl get configmap -n kube-system coredns -o yaml': {
    shows: [/^kind: ConfigMap$/m, /kubernetes cluster\.local in-addr\.arpa/],
  },
  'kubectl get pods -n kube-system -l k8s-app=cilium': { shows: [podOf('cilium')] },
  'kubectl exec -n kube-system -c cilium-agent ds/cilium -- cilium status': status,
  'kubectl get networkpolicies -A': {
    shows: [
      row('NAMESPACE', 'NAME', 'POD-SELECTOR', 'AGE'),
      row('default', 'allow-frontend-to-backend', 'app=frontend', '68d'),
      row('production', 'default-deny-all', '<none>', '68d'),
    ],
  },
  'kubectl get endpoints -A': {
    shows: [
      row('NAMESPACE', 'NAME', 'ENDPOINTS', 'AGE'),
      row('default', 'echo', String.raw`10\.244\.\d\.\d+:8080,10\.244\.\d\.\d+:8080`, String.raw`\d+s`),
    ],
  },
  'kubectl get pods -n network -l app.kubernetes.io/name=ingress-nginx': {
    shows: [podOf('ingress-nginx-controller'), podOf('ingress-nginx-internal-controller')],
  },
  'kubectl get ingress -A': {
    shows: [
      row('NAMESPACE', 'NAME', 'CLASS', 'HOSTS', 'ADDRESS', 'PORTS', 'AGE'),
      row('default', 'echo', 'internal', 'echo.anton.example', String.raw`192\.168\.1\.10[12]`, '80, 443', '68d'),
    ],
  },
  'kubectl get certificates -A': { shows: [/^No resources found$/m] },
  'kubectl port-forward -n network svc/ingress-nginx-controller-metrics 10254:10254': {
    shows: [/^Handling connection for 10254$/m],
    code: 130,
    meanwhile: async screen => {
      await screen.shows(/^Forwarding from 127\.0\.0\.1:10254 -> 10254$/m)
      assert.match(await fetchText('http://127.0.0.1:10254/metrics'), /^nginx_ingress_controller_build_info\{/m)
      screen.type(ctrlC)
    },
  },
  'kubectl run test-source --image=busybox --rm -it -- ping 10.244.1.10': {
    shows: [/ 0% packet loss/, /^pod "test-source" deleted$/m],
    meanwhile: async screen => {
      await screen.shows(/64 bytes from 10\.244\.1\.10: seq=1 /)
      screen.type(ctrlC)
    },
  },
  'kubectl run test-client --image=busybox --rm -it -- wget -qO- http://kubernetes.default/api/v1': {
    shows: [/"kind":"APIResourceList"/, /"name":"pods\/exec"/],
  },
  'kubectl run test-external --image=busybox --rm -it -- wget -qO- https://google.com': {
    shows: [/"site": "google\.com"/],
  },
  'kubectl run test-dns --image=busybox --rm -it -- nslookup prometheus.monitoring.svc.cluster.local': nslookup(
    'prometheus.monitoring.svc.cluster.local',
    /10\.96\.\d+\.\d+/,
  ),
  'kubectl exec -n kube-system ds/cilium -- cilium status --verbose': {
    // Whichever node kubectl picks: each has pods of this namespace, but not of every workload.
    shows: [...status.shows, /^ {2}10\.244\.\d\.\d+ \(default\/\S+\)$/m],
  },
  'kubectl exec -n kube-system ds/cilium -- cilium policy get': refusedBy('policy get'),
  'kubectl exec -n kube-system ds/cilium -- cilium service list': {
    shows: [/^\d+ +10\.96\.0\.10:53\/UDP +ClusterIP +1 => 10\.244\.\d\.\d+:53\/UDP \(active\)/m],
  },
  'kubectl exec -n kube-system ds/cilium -- cilium connectivity test': refusedBy('connectivity test'),
  'kubectl logs -n network -l app.kubernetes.io/name=ingress-nginx': {
    shows: [/^192\.168\.1\.\d+ - - \[.*\] "GET \/from-the-laptop HTTP\/[\d.]+" 200 /m],
  },
  'kubectl exec -n network deployment/ingress-nginx-controller -- cat /etc/nginx/nginx.conf': {
    shows: [/^http \{$/m, /worker_connections 1024;/, /server_name "?shop\.anton\.example"?;/],
  },
  'kubectl exec -n network deployment/ingress-nginx-controller -- curl -I http://backend-service:8080/health': {
    // curl draws its progress into the same screen.
    shows: [/HTTP\/1\.1 200 OK\s/, /^X-Pod: backend-/m],
  },
  'kubectl get pods -n kube-system -l k8s-app=kube-dns': { shows: [podOf('coredns')] },
  'kubectl run dns-test --image=busybox --rm -it -- nslookup kubernetes.default.svc.cluster.local': nslookup(
    'kubernetes.default.svc.cluster.local',
    /10\.96\.0\.1/,
  ),
  'kubectl get ciliumloadbalancerippools': {
    shows: [
      row('NAME', 'DISABLED', 'CONFLICTING', 'IPS AVAILABLE', 'AGE'),
      row('default-pool', 'false', 'False', '0', '68d'),
    ],
  },
  // The site's LoadBalancer Services are in the namespace `network`.
  'kubectl get services --field-selector spec.type=LoadBalancer': {
    shows: [/^No resources found in default namespace\.$/m],
  },
  'kubectl exec -n kube-system ds/cilium -- cilium status': status,
  'kubectl exec -n kube-system ds/cilium -- cilium bpf lb list': {
    shows: [/^192\.168\.1\.101:443\/TCP \(1\) +10\.244\.\d\.\d+:443\/TCP /m],
  },
  'kubectl describe ingress': {
    shows: [
      /^Name: +echo$/m,
      /^Address: +192\.168\.1\.10[12]$/m,
      /^ +\/ +echo:http \(10\.244\.\d\.\d+:8080,10\.244\.\d\.\d+:8080\)$/m,
      /^ +\/api +backend:8080 \(10\.244\.\d\.\d+:8080,10\.244\.\d\.\d+:8080\)$/m,
    ],
  },
  'kubectl run test-pod --image=busybox --rm -it -- /bin/sh': {
    shows: [
      /^10\.244\.\d\.\d+\s+test-pod$/m,
      /^Address: 10\.96\.0\.1$/m,
      /"path": "\/typed"/,
      /^pod "test-pod" deleted$/m,
    ],
    meanwhile: async screen => {
      await screen.shows(/\/ # /)
      screen.type('grep test-pod /etc/hosts; nslookup kubernetes.default; wget -qO- http://echo/typed; exit\n')
    },
  },
}

let lab: TestLab
before(async () => {
  lab = await startLab('spec')
  // Something for the access log, and at the time of the log's turn it is written.
  const { stdout } = await lab.on('laptop', 'curl', '-sS', 'https://echo.anton.example/from-the-laptop')
  assert.match(stdout, /"path": "\/from-the-laptop"/)
})
after(() => lab[Symbol.asyncDispose]())

test('each command of the runbooks is expected here, and nothing else', () => {
  assert.deepEqual(Object.keys(expectations), commands)
})

for (const command of commands) {
  test(command, async () => {
    const expected = expectations[command]
    assert.ok(expected !== undefined)
    const screen = lab.terminal(command)
    await expected.meanwhile?.(screen)
    const code = await screen.exitCode
    for (const pattern of expected.shows) assert.match(screen.text(), pattern)
    assert.equal(code, expected.code ?? 0, screen.text())
  })
}

test('the pods that the commands made with --rm go', async () => {
  // Ping and an interactive shell, started once more by the pod's restart policy, do not heed SIGTERM and stay for their grace time.
  const stubborn = ['test-pod', 'test-source']
  const path = '{range .items[?(@.metadata.labels.run)]}{.metadata.name} {.metadata.deletionTimestamp}{"\\n"}{end}'
  await lab.eventually(async () => {
    const lines = (await lab.ok('get', 'pods', '-o', `jsonpath=${path}`)).trim().split('\n')
    for (const line of lines) assert.match(line, new RegExp(`^((${stubborn.join('|')}) \\S+)?$`))
  })
})
