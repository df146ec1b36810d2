package dev.mien.card;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Cards in every container, written by code of its own.
public final class Cards {
    public static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();

    private Cards() {}

    public static JsonNode json(String text) {
        return JSON.readTree(text.replace('\'', '"'));
    }

    public static byte[] bytes(String text) {
        return text.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    }

    /// A card of version 2 with everything that it may have, and with members that nobody knows at every level.
    public static String v2() {
        return """
                {'spec':'chara_card_v2','spec_version':'2.0','zeta':{'n':[1,2.50,null,true]},'alpha':'root',
                 'data':{'name':'Ada','description':'A mathematician. \\u00e9\\ud83d\\ude00','personality':'Curious',
                  'scenario':'London, 1843','first_mes':'Good day, {{user}}.','mes_example':'<START>\\n{{user}}: Hi',
                  'creator_notes':'Notes','system_prompt':'You are {{char}}. {{original}}',
                  'post_history_instructions':'Stay polite.','alternate_greetings':['Hello.','']
                  ,'character_book':{'name':'Engines','scan_depth':4,'token_budget':512.5,'recursive_scanning':true,
                    'extensions':{'book/x':1},'unknown_in_book':[],
                    'entries':[{'keys':['engine'],'content':'@@depth 2\\nBrass.','extensions':{'e':{'deep':[{}]}},
                      'enabled':true,'insertion_order':1,'uid':7,'position':'after_char_defs','use_regex':true}]},
                  'tags':['maths','Maths'],'creator':'C','character_version':'1','avatar':'none','another':{'b':1,'a':2},
                  'extensions':{'talkativeness':'0.5','app/key':{'x':null}}}}
                """;
    }

    /// A card of version 3 with everything that it may have, and with members that nobody knows.
    public static String v3() {
        return """
                {'spec':'chara_card_v3','spec_version':'3.0','stray':1,
                 'data':{'name':'Ada','nickname':'Lady A','description':'D','personality':'P','scenario':'S',
                  'first_mes':'F','mes_example':'M','creator_notes':'N','creator_notes_multilingual':{'de':'Notizen'},
                  'system_prompt':'SP','post_history_instructions':'PHI','alternate_greetings':['B'],
                  'group_only_greetings':['To all'],'tags':['t'],'creator':'C','character_version':'2',
                  'source':['https://example.org/a'],'creation_date':1700000000,'modification_date':1700000001,
                  'assets':[{'type':'icon','uri':'ccdefault:','name':'main','ext':'png'},
                            {'type':'background','uri':'https://example.org/b.png','name':'main','ext':'png'},
                            {'type':'x_note','uri':'data:text/plain;base64,aGVsbG8=','name':'n','ext':'txt','own':1}],
                  'character_book':{'extensions':{},'entries':[
                     {'keys':['/a+/i'],'content':'@@depth 3\\n@@@role user\\n\\nText','extensions':{},'enabled':true,
                      'insertion_order':3,'use_regex':true,'id':'one','unknown':2},
                     {'keys':['b'],'content':'Plain','extensions':{},'enabled':false,'insertion_order':4,
                      'use_regex':false,'id':5}]},
                  'unknown':{'k':'v'},'extensions':{'mine':1}}}
                """;
    }

    public static String v1() {
        return """
                {'name':'Ada','description':'D','personality':'P','scenario':'S','first_mes':'F','mes_example':'M',
                 'create_date':'2023','talkativeness':'0.5','tags':'maths, engines','metadata':{'tool':'x'}}
                """;
    }

    /// A chunk of a PNG.
    public static byte[] chunk(String type, byte[] data) {
        var crc = new CRC32();
        byte[] name = type.getBytes(StandardCharsets.ISO_8859_1);
        crc.update(name);
        crc.update(data);
        var out = new ByteArrayOutputStream();
        try (var chunk = new DataOutputStream(out)) {
            chunk.writeInt(data.length);
            chunk.write(name);
            chunk.write(data);
            chunk.writeInt((int) crc.getValue());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static byte[] joined(byte[]... parts) {
        var out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    public static byte[] textChunk(String keyword, byte[] text) {
        return chunk("tEXt", joined((keyword + "\0").getBytes(StandardCharsets.ISO_8859_1), text));
    }

    public static byte[] cardChunk(String keyword, String card) {
        return textChunk(keyword, Base64.getEncoder().encode(bytes(card)));
    }

    public static byte[] deflated(byte[] bytes) {
        var out = new ByteArrayOutputStream();
        try (var deflater = new DeflaterOutputStream(out, new Deflater(9))) {
            deflater.write(bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};

    /// A picture of one pixel, with such chunks between its header and its data.
    public static byte[] png(byte[]... chunks) {
        return joined(
                SIGNATURE,
                chunk("IHDR", new byte[] {0, 0, 0, 1, 0, 0, 0, 1, 8, 0, 0, 0, 0}),
                joined(chunks),
                chunk("IDAT", deflated(new byte[] {0, 77})),
                chunk("IEND", new byte[0]));
    }

    public static byte[] zip(Map<String, byte[]> files) {
        var out = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(out)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
                zip.closeEntry();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return out.toByteArray();
    }

    public static byte[] charx(String card, Map<String, byte[]> files) {
        var all = new LinkedHashMap<String, byte[]>();
        all.put("card.json", bytes(card));
        all.putAll(files);
        return zip(all);
    }
}
