// What people type at a cluster all day: look at it, change it, take it back. With real kubectl against a whole lab.
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { documents, startLab, type TestLab } from './lab.testing.ts'
import { app, configMap } from './manifests.testing.ts'

let lab: TestLab
before(async () => {
  lab = await startLab('kubectl')
})
after(() => lab[Symbol.asyncDispose]())

test('get prints pods in every form', async () => {
  const forms: readonly (readonly [string, RegExp])[] = [
    ['-l app=echo', /^NAME +READY +STATUS +RESTARTS +AGE\n(echo-\S+ +1\/1 +Running +0 +\d+s\n){2}$/],
    ['-l app=echo -o wide', /^NAME .* IP +NODE +NOMINATED NODE +READINESS GATES\necho-.* 10\.244\.\d\.\d+ +k8s-\d +<none> +<none>/],
    ['-l app=echo -o name', /^(pod\/echo-\S+\n){2}$/],
    ['-l app=echo -o json', /"apiVersion": "v1",\n\s+"items": \[/],
    ['-l app=echo -o yaml', /^apiVersion: v1\nitems:\n- apiVersion: v1\n {2}kind: Pod\n/],
    ['-l app=echo -o jsonpath={.items[*].status.phase}', /^Running Running$/],
    ['-l app=echo -o custom-columns=NODE:.spec.nodeName', /^NODE\n(k8s-\d\n){2}$/],
    ['-l app=echo -o go-template={{range.items}}x{{end}}', /^xx$/],
    ['-l app=echo --no-headers', /^echo-/],
    ['-l app=echo -L app --show-labels', /APP +LABELS\necho-.* echo +app=echo,pod-template-hash=/],
    ['-l app=echo,app!=frontend,app', /echo-/],
    ['-A --field-selector spec.nodeName=k8s-1,status.phase=Running', /^NAMESPACE .*\nblog +blog-/],
    ['-A --sort-by=.status.podIP', /^NAMESPACE +NAME/],
    ['-n monitoring prometheus-0 prometheus-1', /prometheus-0 .*\nprometheus-1 /],
  ] // biome-ignore format: a table
  for (const [args, pattern] of forms) assert.match(await lab.ok('get', 'pods', ...args.split(' ')), pattern)
  const both = await lab.shell(`kubectl get pods -l 'app in (echo,frontend)' -o name`)
  assert.match(both.stdout, /^(pod\/echo-\S+\n){2}(pod\/frontend-\S+\n){2}$/)
})

test('get prints each kind with the columns of upstream', async () => {
  const tables: readonly (readonly [string, RegExp])[] = [
    ['nodes -o wide', /^NAME +STATUS +ROLES +AGE +VERSION +INTERNAL-IP +EXTERNAL-IP .*\nk8s-1 +Ready +control-plane +68d +v1\.\d+\.\d+ +192\.168\.1\.98 +<none> /],
    ['deploy echo', /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\necho +2\/2 +2 +2 +68d\n$/],
    ['rs -l app=echo', /^NAME +DESIRED +CURRENT +READY +AGE\necho-\S+ +2 +2 +2 +\d+s\n$/],
    ['sts -A', /monitoring +prometheus +2\/2 +68d\n/],
    ['ds -A', /kube-system +cilium +3 +3 +3 +3 +3 +<none> +68d\n/],
    ['svc -n network ingress-nginx-controller', /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\ningress-nginx-controller +LoadBalancer +10\.\S+ +192\.168\.1\.10[12] +80:3\d{4}\/TCP,443:3\d{4}\/TCP +68d\n$/],
    ['svc -n media', /jellyfin +NodePort +10\.\S+ +<none> +8096:3\d{4}\/TCP,7359:30359\/UDP +68d\n/],
    ['svc -n network backend-service', / ExternalName +<none> +backend\.default\.svc\.cluster\.local +<none> +68d\n/],
    ['svc -A --field-selector spec.type=LoadBalancer -o name', /^service\/ingress-nginx-controller\nservice\/ingress-nginx-internal-controller\n$/],
    ['endpointslices -l kubernetes.io/service-name=echo', /^NAME +ADDRESSTYPE +PORTS +ENDPOINTS +AGE\necho-\S+ +IPv4 +8080 +10\.\S+,10\.\S+ +/],
    ['ns', /^NAME +STATUS +AGE\nblog +Active +68d\ndefault +Active +68d\n/],
    ['cm -n network nginx-configuration', /nginx-configuration +8 +68d\n/],
    ['sa', /^NAME +SECRETS +AGE\ndefault +0 +/],
    ['lease -n kube-node-lease', /k8s-1 +k8s-1 +/],
    ['crd ciliumnetworkpolicies.cilium.io', /^NAME +CREATED AT\nciliumnetworkpolicies\.cilium\.io +\d{4}-/],
    ['all -n monitoring', /pod\/grafana-.*\n[\s\S]*service\/grafana [\s\S]*deployment\.apps\/grafana [\s\S]*replicaset\.apps\/grafana-[\s\S]*statefulset\.apps\/prometheus /],
    ['po,svc,ing -n blog', /pod\/blog-[\s\S]*service\/blog [\s\S]*ingress\.networking\.k8s\.io\/blog +external +www\.anton\.example +192\.168\.1\.10[12] +80, 443 +68d/],
    ['certificates,issuers,cnp,ccnp,gateways,httproutes -A', /^$/],
  ] // biome-ignore format: a table
  for (const [args, pattern] of tables) assert.match(await lab.ok('get', ...args.split(' ')), pattern)
})

test('what does not exist is said in the words of upstream', async () => {
  const refusals: readonly (readonly [string, RegExp])[] = [
    ['get pod nope', /^Error from server \(NotFound\): pods "nope" not found\n$/],
    ['get nope', /^error: the server doesn't have a resource type "nope"\n$/],
    ['get pods --field-selector spec.nope=1', /field label not supported: spec\.nope/],
    ['create configmap a -n nope', /namespaces "nope" not found/],
    ['create deployment Bad_Name --image=x', /metadata\.name: Invalid value: "Bad_Name": a lowercase RFC 1123 subdomain/],
    ['delete ns default', /Error from server \(Forbidden\): namespaces "default" is forbidden: this namespace may not be deleted/],
    ['top nodes', /^error: Metrics API not available\n$/],
    ['top pods', /^error: Metrics API not available\n$/],
    ['explain pod.spec.nope', /error: field "nope" does not exist/],
  ] // biome-ignore format: a table
  for (const [args, pattern] of refusals) {
    const { code, stderr } = await lab.kubectl(...args.split(' '))
    assert.match(stderr, pattern)
    assert.equal(code, 1, args)
  }
})

test('get -w tells of pods that come and go', async () => {
  await lab.apply(...app('seen', { replicas: 1 }))
  await using watching = lab.start('kubectl', 'get', 'pods', '-l', 'app=seen', '-w')
  const shows = (pattern: RegExp) => lab.eventually(async () => assert.match(watching.output(), pattern))
  await shows(/^NAME +READY +STATUS +RESTARTS +AGE\nseen-\S+ +[01]\/1 /)
  await lab.ok('scale', 'deploy/seen', '--replicas=2')
  await shows(/^(seen-\S+) +0\/1 +Pending [\s\S]*\n\1 +1\/1 +Running /m)
  await lab.ok('delete', 'deploy,svc', 'seen')
  await shows(/^(seen-\S+) +1\/1 +Running [\s\S]*\n\1 +1\/1 +Terminating /m)
})

test('describe shows what belongs together', async () => {
  const descriptions: readonly (readonly [string, readonly RegExp[]])[] = [
    ['pod -l app=echo', [/^Node: +k8s-\d\/192\.168\.1\.\d+$/m, /^Controlled By: +ReplicaSet\/echo-/m, /Readiness: +http-get http:\/\/:http\/healthz/, /Normal +Scheduled .*Successfully assigned default\/echo-/, /^ {2}Ready +True $/m]],
    ['svc echo', [/^Type: +ClusterIP$/m, /^TargetPort: +http\/TCP$/m, /^Endpoints: +10\.\S+:8080,10\.\S+:8080$/m]],
    ['svc -n network ingress-nginx-controller', [/^LoadBalancer Ingress: +192\.168\.1\.10[12]/m, /^NodePort: +https +\d+\/TCP$/m, /IPAllocated/]],
    ['deployment echo', [/^Replicas: +2 desired \| 2 updated \| 2 total \| 2 available \| 0 unavailable$/m, /Scaled up replica set echo-\S+ from 0 to 2/, /^NewReplicaSet: +echo-\S+ \(2\/2 replicas created\)$/m]],
    ['node k8s-1', [/^ {2}Ready +True /m, /^PodCIDR: +10\.244\.0\.0\/24$/m, /^Non-terminated Pods: +\(\d+ in total\)$/m, /InternalIP: +192\.168\.1\.98/]],
    ['endpoints echo', [/^ {2}Addresses: +10\.\S+,10\.\S+$/m, /http +8080 +TCP/]],
    ['networkpolicy', [/PodSelector: +app=frontend/, /Allowing egress traffic:\n +To Port: 8080\/TCP/]],
    ['ciliumloadbalancerippool default-pool', [/^Kind: +CiliumLoadBalancerIPPool$/m, /192\.168\.1\.101\/32/]],
    ['ingressclass internal', [/^Controller: +k8s\.io\/internal$/m]],
    ['sts -n monitoring prometheus', [/create Pod prometheus-0 in StatefulSet prometheus successful/]],
    ['ns default', [/^Status: +Active$/m]],
  ] // biome-ignore format: a table
  for (const [args, patterns] of descriptions) {
    const text = await lab.ok('describe', ...args.split(' '))
    for (const pattern of patterns) assert.match(text, pattern)
  }
})

test('apply, diff and delete take a whole application there and back', async () => {
  const path = join(lab.directory, 'app.yaml')
  const write = (image: string) =>
    writeFileSync(path, documents(...app('whole', { image, host: 'whole.anton.example' })))
  write('example.com/app:1')
  assert.equal(
    await lab.ok('apply', '-f', path),
    'deployment.apps/whole created\nservice/whole created\ningress.networking.k8s.io/whole created\n',
  )
  assert.match(await lab.ok('apply', '-f', path), /^(\S+ unchanged\n){3}$/)
  write('example.com/app:2')
  const diff = await lab.kubectl('diff', '-f', path)
  assert.equal(diff.code, 1)
  assert.match(diff.stdout, /^-.*image: example\.com\/app:1\n\+.*image: example\.com\/app:2$/m)
  assert.match(await lab.ok('apply', '-f', path), /^deployment\.apps\/whole configured\nservice\/whole unchanged\n/)
  assert.equal((await lab.kubectl('diff', '-f', path)).code, 0)
  assert.match(await lab.ok('get', '-f', path), /ingress\.networking\.k8s\.io\/whole +internal +whole\.anton\.example/)
  assert.match(
    await lab.ok('replace', '--force', '-f', path),
    /^deployment\.apps "whole" deleted\n[\s\S]*deployment\.apps\/whole replaced\n/,
  )
  assert.match(await lab.ok('delete', '-f', path), /^deployment\.apps "whole" deleted\n/)
})

test('server-side apply names who is in the way, and takes over when told to', async () => {
  const path = join(lab.directory, 'ssa.json')
  const apply = (image: string, ...args: readonly string[]) => {
    writeFileSync(path, JSON.stringify(app('ssa', { image })[0]))
    return lab.kubectl('apply', '--server-side', '-f', path, ...args)
  }
  assert.equal((await apply('one', '--field-manager=one')).stdout, 'deployment.apps/ssa serverside-applied\n')
  const refused = await apply('two', '--field-manager=two')
  assert.equal(refused.code, 1)
  assert.match(refused.stderr, /conflict with "one": \.spec\.template\.spec\.containers\[name="app"\]\.image/)
  assert.equal((await apply('two', '--field-manager=two', '--force-conflicts')).code, 0)
  assert.match(await lab.ok('get', 'deploy', 'ssa', '-o', 'wide'), / two +app=ssa$/m)
  await lab.ok('delete', 'deploy', 'ssa')
})

test('kustomize builds are applied, and pruning removes what left the folder', async () => {
  const folder = join(lab.directory, 'kustomized')
  mkdirSync(folder)
  writeFileSync(join(folder, 'one.json'), JSON.stringify(configMap('one', { x: 'y' })))
  writeFileSync(
    join(folder, 'kustomization.yaml'),
    'resources: [one.json]\nnamePrefix: kz-\nconfigMapGenerator: [{ name: gen, literals: [a=b] }]\n',
  )
  assert.match(await lab.ok('apply', '-k', folder), /^configmap\/kz-gen-\w+ created\nconfigmap\/kz-one created\n$/)
  assert.match(await lab.ok('delete', '-k', folder), /^configmap "kz-gen-\w+" deleted\nconfigmap "kz-one" deleted\n$/)

  await lab.apply(configMap('stays', {}, { set: 'p' }), configMap('leaves', {}, { set: 'p' }))
  const path = join(lab.directory, 'stays.json')
  writeFileSync(path, JSON.stringify(configMap('stays', {}, { set: 'p' })))
  // Without an allow list kubectl asks for every kind it has ever pruned.
  assert.match(
    await lab.ok('apply', '-f', path, '--prune', '-l', 'set=p'),
    /^configmap\/stays unchanged\nconfigmap\/leaves pruned\n$/,
  )
  await lab.ok('delete', 'cm', 'stays')
})

test('create makes the objects that it has a short form for', async () => {
  await lab.shell(
    'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout tls.key -out tls.crt -days 2 -subj /CN=made.anton.example',
  )
  const creations: readonly (readonly [string, string])[] = [
    ['namespace made', 'namespace/made created'],
    ['deployment made -n made --image=example.com/app --port=8080 --replicas=2', 'deployment.apps/made created'],
    ['service clusterip made -n made --tcp=80:8080', 'service/made created'],
    ['service nodeport made-node -n made --tcp=80:8080', 'service/made-node created'],
    ['service loadbalancer made-lb -n made --tcp=80:8080', 'service/made-lb created'],
    ['service externalname made-name -n made --external-name=example.com', 'service/made-name created'],
    ['secret tls made-tls -n made --cert=tls.crt --key=tls.key', 'secret/made-tls created'],
    ['ingress made -n made --class=internal --rule=made.anton.example/*=made:80,tls=made-tls', 'ingress.networking.k8s.io/made created'],
    ['configmap made -n made --from-literal=a=b --from-file=tls.crt', 'configmap/made created'],
    ['secret generic made -n made --from-literal=a=b', 'secret/made created'],
    ['secret docker-registry made-pull -n made --docker-username=a --docker-password=b', 'secret/made-pull created'],
    ['serviceaccount made -n made', 'serviceaccount/made created'],
    ['job made -n made --image=busybox -- echo done', 'job.batch/made created'],
    ['role made -n made --verb=get --resource=pods', 'role.rbac.authorization.k8s.io/made created'],
  ] // biome-ignore format: a table
  for (const [args, answer] of creations) assert.equal(await lab.ok('create', ...args.split(' ')), `${answer}\n`)
  assert.match(await lab.ok('create', 'token', 'made', '-n', 'made'), /^[\w-]+\.[\w-]+\.[\w-]+$/)
  assert.equal(
    await lab.ok('wait', '-n', 'made', '--for=condition=complete', 'job/made', '--timeout=20s'),
    'job.batch/made condition met\n',
  )
  assert.equal(await lab.ok('logs', '-n', 'made', 'job/made'), 'done\n')
  await lab.ok('rollout', 'status', '-n', 'made', 'deploy/made', '--timeout=20s')
  // The pair in the Secret is the one that the ingress shows.
  const { stdout } = await lab.eventually(async () => {
    const answer = await lab.on(
      'laptop',
      'curl',
      '-sSkv',
      '-o',
      '/dev/null',
      '-w',
      '%{http_code}',
      'https://made.anton.example/',
    )
    assert.match(answer.stderr, /subject: CN=made\.anton\.example/)
    return answer
  })
  assert.equal(stdout, '200')
  await lab.ok('delete', 'ns', 'made')
})

test('edit, patch, label, annotate, set and taint change one thing', async () => {
  await lab.apply(...app('changed', { replicas: 1 }))
  const field = (path: string) => lab.ok('get', 'deploy', 'changed', '-o', `jsonpath={${path}}`)
  const edit = (script: string) => lab.shell('kubectl edit deploy changed', { EDITOR: `sed -i ${script}` })
  assert.equal((await edit("'s/replicas: 1/replicas: 2/'")).stdout, 'deployment.apps/changed edited\n')
  assert.equal(await field('.spec.replicas'), '2')
  const refused = await edit("'s/replicas: 2/replicaz: 2/'")
  assert.match(refused.stderr, /unknown field "spec\.replicaz"/)
  assert.equal(refused.code, 1)
  assert.match((await edit('s/a/a/')).stderr, /Edit cancelled, no changes made/)

  const changes: readonly (readonly [readonly string[], string, string])[] = [
    [['patch', 'deploy', 'changed', '-p', '{"spec":{"replicas":1}}'], '.spec.replicas', '1'],
    [['patch', 'deploy', 'changed', '--type=json', '-p', '[{"op":"replace","path":"/spec/replicas","value":2}]'], '.spec.replicas', '2'],
    [['patch', 'deploy', 'changed', '--type=merge', '-p', '{"spec":{"replicas":1}}'], '.spec.replicas', '1'],
    [['label', 'deploy', 'changed', 'tier=front'], '.metadata.labels.tier', 'front'],
    [['label', 'deploy', 'changed', 'tier=back', '--overwrite'], '.metadata.labels.tier', 'back'],
    [['label', 'deploy', 'changed', 'tier-'], '.metadata.labels.tier', ''],
    [['annotate', 'deploy', 'changed', 'note=x'], '.metadata.annotations.note', 'x'],
    [['set', 'image', 'deploy/changed', 'app=example.com/app:3'], '.spec.template.spec.containers[0].image', 'example.com/app:3'],
    [['set', 'env', 'deploy/changed', 'A=b'], '.spec.template.spec.containers[0].env[0].value', 'b'],
    [['set', 'resources', 'deploy/changed', '--limits=cpu=200m'], '.spec.template.spec.containers[0].resources.limits.cpu', '200m'],
  ] // biome-ignore format: a table
  for (const [args, path, value] of changes) {
    await lab.ok(...args)
    assert.equal(await field(path), value, args.join(' '))
  }
  assert.match(
    (await lab.kubectl('annotate', 'deploy', 'changed', 'note=y')).stderr,
    /'note' already has a value \(x\)/,
  )
  await lab.ok('taint', 'node', 'k8s-3', 'disk=slow:NoSchedule')
  assert.match(await lab.ok('describe', 'node', 'k8s-3'), /^Taints: +disk=slow:NoSchedule$/m)
  await lab.ok('taint', 'node', 'k8s-3', 'disk-')
  await lab.ok('delete', 'deploy,svc', 'changed')
})

test('expose makes a Service with endpoints', async () => {
  await lab.ok('create', 'deployment', 'exposed', '--image=example.com/app', '--port=8080')
  await lab.ok('expose', 'deploy', 'exposed', '--port=80', '--target-port=8080')
  await lab.ok('wait', '--for=condition=Available', 'deploy/exposed', '--timeout=20s')
  await lab.eventually(async () =>
    assert.match(await lab.ok('get', 'endpoints', 'exposed', '--no-headers'), /10\.\S+:8080/),
  )
  await lab.ok('delete', 'deploy,svc', 'exposed')
})

test('explain, api-resources, api-versions, auth and events answer', async () => {
  assert.match(await lab.ok('explain', 'pods.spec.containers.readinessProbe'), /^FIELD: readinessProbe <Probe>$/m)
  assert.match(await lab.ok('explain', 'ingress', '--recursive'), /^ {6}http\t<HTTPIngressRuleValue>$/m)
  assert.match(await lab.ok('explain', 'ciliumloadbalancerippools.spec'), /^ {2}blocks\t/m)
  const resources = await lab.ok('api-resources', '-o', 'wide')
  assert.match(
    resources,
    /^ingresses +ing +networking\.k8s\.io\/v1 +true +Ingress +create,delete,deletecollection,get,list,patch,update,watch/m,
  )
  assert.match(
    await lab.ok('api-resources', '--verbs=list', '--namespaced', '-o', 'name'),
    /^endpointslices\.discovery\.k8s\.io$/m,
  )
  assert.match(await lab.ok('api-versions'), /^apps\/v1\n[\s\S]*^cilium\.io\/v2alpha1\n[\s\S]*^v1$/m)
  assert.equal(await lab.ok('auth', 'can-i', 'create', 'pods'), 'yes\n')
  assert.match(await lab.ok('auth', 'whoami'), /^Username +kubernetes-admin$/m)
  assert.match(await lab.ok('auth', 'can-i', '--list'), /^\*\.\* +\[\] +\[\] +\[\*\]$/m)
  const other = await lab.kubectl('auth', 'can-i', 'get', 'pods', '--as=system:serviceaccount:default:default')
  assert.match(other.stdout, /^no/)
  assert.equal(other.code, 1)
  assert.match(
    await lab.ok('events', '--for', 'deployment/echo'),
    /ScalingReplicaSet +Deployment\/echo +Scaled up replica set/,
  )
  assert.match(await lab.ok('get', 'events', '-A', '--sort-by=.lastTimestamp'), /SuccessfulCreate/)
  assert.match(await lab.ok('cluster-info'), /^Kubernetes control plane is running at https:\/\/127\.0\.0\.1:\d+$/m)
})
