package org.qkdmesh.routefiles;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether an expression gives away keys, at a point where they are in known places. Ids and lengths of keys may be told. */
final class KeyExpressions {

    private static final Pattern FUNCTION = Pattern.compile("[$][{]\\s*(?:in[.])?([A-Za-z]+)([^}]*)");
    private static final Pattern HARMLESS = Pattern.compile(
            "^(?:[\\[][^]]*])?[?]?[.](?:id\\b.*|size\\b.*|isEmpty\\b.*|bytes[.]length(?:Bits|Bytes)\\b.*)");
    private static final Pattern NAME = Pattern.compile("^(?:As[(]|[.:\\[])\\s*['\"]?([\\w-]+)['\"]?]?(.*)$");

    private static final Set<String> BODY = Set.of(
            "body",
            "bodyAs",
            "mandatoryBodyAs",
            "bodyOneLine",
            "prettyBody",
            "originalBody",
            "messageAs",
            "hash",
            "toJson");
    private static final Set<String> WHOLE = Set.of("exchange", "message");

    /** Languages that say nothing of a message. */
    private static final Set<String> BLIND = Set.of("", "constant", "method", "ref", "tokenize");

    private final Set<String> keyProperties;

    /** @param keyProperties exchange properties that hold keys wherever they are set */
    KeyExpressions(Set<String> keyProperties) {
        this.keyProperties = keyProperties;
    }

    /** The part of the expression that gives keys away, if there is one. */
    Optional<String> leak(Expression expression, KeyTrace keys) {
        return switch (expression.language()) {
            case "simple" -> simple(expression.text(), keys);
            case "exchangeProperty" ->
                when(isKeyProperty(expression.text(), keys), "exchangeProperty " + expression.text());
            case "header" -> when(keys.in("header", expression.text()), "header " + expression.text());
            case "variable" -> when(keys.in("variable", expression.text()), "variable " + expression.text());
            default ->
                when(
                        !BLIND.contains(expression.language())
                                && (keys.inBody() || keyProperties.stream().anyMatch(expression.text()::contains)),
                        expression.text());
        };
    }

    Optional<String> simple(String text, KeyTrace keys) {
        Matcher function = FUNCTION.matcher(text);
        while (function.find()) {
            if (gives(function.group(1), function.group(2), keys)) {
                return Optional.of(function.group().strip() + "}");
            }
        }
        return Optional.empty();
    }

    private boolean gives(String function, String rest, KeyTrace keys) {
        if (BODY.contains(function)) {
            return keys.inBody() && !HARMLESS.matcher(rest).matches();
        }
        if (WHOLE.contains(function)) {
            return keys.isAnywhere() && rest.startsWith(".");
        }
        Matcher name = NAME.matcher(rest);
        String kind = function.replaceFirst("As$", "");
        if (kind.equals("exchangeProperties") || kind.equals("headers") && !name.matches()) {
            return keys.inAny(kind.equals("headers") ? "header" : "property");
        }
        if (!name.matches()) {
            return false;
        }
        String member = name.group(2);
        return switch (kind) {
            case "exchangeProperty" -> givesProperty(name.group(1), member, keys);
            case "header", "headers" -> keys.in("header", name.group(1));
            case "variable" -> keys.in("variable", name.group(1));
            default -> false;
        };
    }

    /** A property that holds keys, or a member of another one that is called so, as in {@code relay.keys}. */
    private boolean givesProperty(String name, String member, KeyTrace keys) {
        if (isKeyProperty(name, keys)) {
            return !HARMLESS.matcher(member).matches();
        }
        Matcher inner = NAME.matcher(member);
        return inner.matches()
                && keyProperties.contains(inner.group(1))
                && !HARMLESS.matcher(inner.group(2)).matches();
    }

    private boolean isKeyProperty(String name, KeyTrace keys) {
        return keyProperties.contains(name) || keys.in("property", name);
    }

    private static Optional<String> when(boolean leak, String what) {
        return leak ? Optional.of(what) : Optional.empty();
    }
}
