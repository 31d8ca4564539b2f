import { describe, expect, it } from 'vitest'
import { networkLimits } from '../../core/limits.ts'
import { partsOf, readXml, textOf } from './xml.ts'

describe('the XML of routers', () => {
  it('is read without its namespaces, and its entities are the five of XML', () => {
    const elements = readXml('<?xml version="1.0"?><!-- a --><s:a x="1"><b> 1 &amp; 2 &#65; &lol; </b><c/></s:a>') ?? []
    expect(elements.map(({ name, isEnd }) => `${isEnd ? '/' : ''}${name}`)).toEqual(['a', 'b', '/b', 'c', '/a'])
    expect(textOf(elements, 'b')).toBe('1 & 2 &#65; &lol;')
    expect(textOf(elements, 'absent')).toBeNull()
  })

  it('gives the parts of a name apart', () => {
    const elements = readXml('<l><s><t>1</t></s><s><t>2</t></s><s><t>3</t></l>') ?? []
    expect(partsOf(elements, 's').map((part) => textOf(part, 't'))).toEqual(['1', '2'])
  })

  it('is refused when it declares what could grow (the billion laughs)', () => {
    expect(readXml('<!DOCTYPE a [<!ENTITY lol "lol"><!ENTITY x "&lol;&lol;">]><a>&x;</a>')).toBeNull()
    expect(readXml('<a><![CDATA[<b>]]></a>')).toBeNull()
  })

  it('is refused when there is too much of it', () => {
    const { mappingElementsMax, mappingAnswerBytesMax } = networkLimits
    expect(readXml('<a>'.repeat(mappingElementsMax))?.length).toBe(mappingElementsMax)
    expect(readXml('<a>'.repeat(mappingElementsMax + 1))).toBeNull()
    expect(readXml('a'.repeat(mappingAnswerBytesMax))).toEqual([])
    expect(readXml('a'.repeat(mappingAnswerBytesMax + 1))).toBeNull()
  })

  it.each(['<', '<a ', '<a '.repeat(2), '</', '<a:', `<a ${'b="1" '.repeat(100)}`, '<!--'])(
    'takes no longer for being built of %j alone',
    (piece) => {
      const text = piece.repeat(Math.floor(networkLimits.mappingAnswerBytesMax / piece.length))
      const before = performance.now()
      readXml(text)
      expect(performance.now() - before).toBeLessThan(1_000)
    },
  )
})
