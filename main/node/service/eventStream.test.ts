import { describe, expect, it } from 'vitest'
import type { NumberedEvent } from '../../../preload/contract/events.ts'
import { settingDefaults } from './dto.ts'
import { EventStream } from './eventStream.ts'

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined }

describe('EventStream', () => {
  it('numbers events one by one, for everybody alike', () => {
    const stream = new EventStream(silent)
    const heard: NumberedEvent[][] = [[], []]
    stream.subscribe((event) => heard[0]?.push(event))
    stream.publish({ kind: 'settingsChanged', settings: settingDefaults })
    const end = stream.subscribe((event) => heard[1]?.push(event))
    stream.publish({ kind: 'settingsChanged', settings: settingDefaults })
    end()
    stream.publish({ kind: 'settingsChanged', settings: settingDefaults })
    expect(heard[0]?.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
    expect(heard[1]?.map(({ sequence }) => sequence)).toEqual([2])
    expect(stream.sequence).toBe(3)
  })

  it('leaves a gap in place of what must not go out, so that clients ask for a snapshot', () => {
    const stream = new EventStream(silent)
    const heard: NumberedEvent[] = []
    stream.subscribe((event) => heard.push(event))
    stream.publish({ kind: 'warning', code: 'diskFull', account: null, message: 'x'.repeat(2_000) })
    stream.skip()
    stream.publish({ kind: 'settingsChanged', settings: settingDefaults })
    expect(heard.map(({ sequence }) => sequence)).toEqual([3])
  })
})
