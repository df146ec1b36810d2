package dev.mien.webhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetAddress;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TargetsTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "127.0.0.1",
                "127.8.9.1",
                "0.0.0.0",
                "10.1.2.3",
                "172.16.0.1",
                "172.31.255.255",
                "192.168.1.1",
                "169.254.169.254",
                "100.64.0.1",
                "100.100.100.200",
                "192.0.0.192",
                "198.18.0.1",
                "224.0.0.1",
                "255.255.255.255",
                "::1",
                "::",
                "fe80::1",
                "fc00::1",
                "fd00:ec2::254",
                "ff02::1",
                "::ffff:127.0.0.1",
                "64:ff9b::7f00:1",
                "2002:7f00:1::",
                "2001:0:7f00:1::",
                "2001:db8::1"
            })
    void isPublic_addressOfThisMachineOrANetworkOfItsOwn_isNot(String address) throws Exception {
        assertThat(Targets.isPublic(InetAddress.ofLiteral(address))).isFalse();
        assertThatThrownBy(() -> Targets.resolve(
                        Targets.parse("http://" + (address.contains(":") ? "[" + address + "]" : address) + "/"),
                        false))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111", "2001:4860:4860::8888"})
    void isPublic_addressOfTheInternet_is(String address) {
        assertThat(Targets.isPublic(InetAddress.ofLiteral(address))).isTrue();
    }

    @Test
    void resolve_nameOfThisMachine_isRefusedUnlessAllowed() throws Exception {
        var uri = Targets.parse("http://localhost:1/");

        assertThatThrownBy(() -> Targets.resolve(uri, false)).isInstanceOf(IllegalArgumentException.class);
        assertThat(Targets.resolve(uri, true).isLoopbackAddress()).isTrue();
    }

    @Test
    void parse_noWebAddress_isRefused() {
        for (String url : Arrays.asList(
                "",
                "ftp://a.example/",
                "file:///etc/passwd",
                "http:///x",
                "http://u:p@a.example/",
                "http://a.example/#x",
                "http://a.example/ x",
                "http://a.example/\r\nX: y")) {
            assertThatThrownBy(() -> Targets.parse(url)).as(url).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void signature_knownMessage_isThatOfTheStandard() {
        // Made with openssl: printf 'msg_1.1700000000.{}' | openssl dgst -sha256 -mac HMAC -macopt hexkey:00…17 -binary
        // | base64
        assertThat(Signature.of(
                        "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX", "msg_1", 1_700_000_000L, new byte[] {'{', '}'}))
                .isEqualTo("v1,ehZEL34p4RtokJ76Mky/c6YT0NkxG/H/gdzahhXIyv0=");
        assertThat(Signature.isSecret(Signature.newSecret())).isTrue();
        assertThat(Signature.isSecret("whsec_AAEC")).isFalse();
        assertThat(Signature.isSecret("secret")).isFalse();
    }
}
