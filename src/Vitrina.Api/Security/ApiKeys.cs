using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Vitrina.Engine.Catalog;

namespace Vitrina.Api.Security;

/// <summary>An API key as it is kept: the key itself is known to its holder alone.</summary>
/// <param name="Name">Whose it is.</param>
/// <param name="Scopes">What it may do.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record ApiKey(string Name, ApiScopes Scopes, DateTimeOffset CreatedAt);

/// <summary>Makes and finds API keys; only their SHA-256 is kept, in the control collection <c>keys</c>.</summary>
public static class ApiKeys
{
    private const string Collection = "keys";
    private const string Prefix = "vk_";
    private const int SecretBytes = 24;
    private const int LongestName = 100;

    /// <summary>Makes a key.</summary>
    /// <param name="control">Where its hash is kept.</param>
    /// <param name="name">Whose it is; one key by name.</param>
    /// <param name="scopes">What it may do.</param>
    /// <param name="time">The clock; absent: the system's.</param>
    /// <returns>The key: it cannot be read again later.</returns>
    /// <exception cref="ArgumentException">The name is empty, too long or taken, or no scope is given.</exception>
    public static string Create(IControlStore control, string name, ApiScopes scopes, TimeProvider? time = null)
    {
        ArgumentNullException.ThrowIfNull(control);
        if (string.IsNullOrWhiteSpace(name) || name.Length > LongestName || name.Any(char.IsControl))
        {
            throw new ArgumentException($"A key's name must have 1 to {LongestName} characters.", nameof(name));
        }

        if (scopes == ApiScopes.None)
        {
            throw new ArgumentException("A key needs at least one scope: read, writeEvents, writeCatalog or admin.", nameof(scopes));
        }

        if (List(control).Any(known => known.Name == name))
        {
            throw new ArgumentException($"There is a key '{name}' already; remove it first.", nameof(name));
        }

        var key = Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(SecretBytes));
        var kept = new ApiKey(name, scopes, (time ?? TimeProvider.System).GetUtcNow());
        control.Put(Collection, HashOf(key), JsonSerializer.Serialize(kept, ApiJson.Options));
        return key;
    }

    /// <summary>All keys, by name.</summary>
    public static IReadOnlyList<ApiKey> List(IControlStore control)
    {
        ArgumentNullException.ThrowIfNull(control);
        return [.. Load(control).Values.OrderBy(key => key.Name, StringComparer.Ordinal)];
    }

    /// <summary>Removes a key by its name.</summary>
    /// <returns>False when there was none.</returns>
    public static bool Remove(IControlStore control, string name)
    {
        ArgumentNullException.ThrowIfNull(control);
        var found = Load(control).FirstOrDefault(pair => pair.Value.Name == name);
        return found.Key is not null && control.Remove(Collection, found.Key);
    }

    /// <summary>Reads scopes as callers write them: <c>read,writeEvents</c>.</summary>
    /// <returns>Null when a word is no scope.</returns>
    public static ApiScopes? ParseScopes(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var scopes = ApiScopes.None;
        foreach (var word in text.Split([',', '|', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (!Enum.TryParse<ApiScopes>(word, ignoreCase: true, out var scope) || !Enum.IsDefined(scope) || char.IsAsciiDigit(word[0]))
            {
                return null;
            }

            scopes |= scope;
        }

        return scopes;
    }

    internal static IReadOnlyDictionary<string, ApiKey> Load(IControlStore control) => control.List(Collection)
        .Select(pair => (pair.Key, Value: JsonSerializer.Deserialize<ApiKey>(pair.Value, ApiJson.Options)))
        .Where(pair => pair.Value is not null)
        .ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);

    // A key has 192 random bits: a plain hash cannot be searched, and none of its letters helps to guess the others.
    internal static string HashOf(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
