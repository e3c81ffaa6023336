using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using Vitrina.Kernels.Codecs;

namespace Vitrina.Engine.Events;

/// <summary>What an answered item's token says; events echo it, so that crediting survives the loss of the ranking's record.</summary>
/// <param name="RankingId">The ranking.</param>
/// <param name="Item">The item.</param>
/// <param name="Position">The place on the page, from 1.</param>
/// <param name="QueryHash">The hash of the normalised query; 0 without a query.</param>
/// <param name="Arm">The experiment's arm, if any.</param>
/// <param name="Campaign">The campaign that pays for the place, if any.</param>
/// <param name="Fee">The campaign's fee, a share of the price; 0 without one.</param>
public readonly record struct RankingToken(string RankingId, string Item, int Position, ulong QueryHash, string? Arm = null, string? Campaign = null, float Fee = 0)
{
    // Ids have no control characters, so that no item can pass for a group.
    private const char GroupMark = '\u0002';

    /// <summary>True when a group was answered: events on any of its items may echo the token.</summary>
    public bool IsOfGroup => Item.Length > 0 && Item[0] == GroupMark;

    /// <summary>What stands in <see cref="Item"/> for a group.</summary>
    public static string OfGroup(string group) => GroupMark + group;
}

/// <summary>Signs and verifies <see cref="RankingToken"/>s with the installation's secret: HMAC-SHA-256, truncated to 96 bits.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class TokenSigner
{
    private const int SignatureBytes = 12;
    private const int MaxTokenChars = 1024;
    private const int MaxSealedChars = 16 * 1024;
    private readonly byte[] _key;

    /// <summary>Makes a signer from a secret.</summary>
    /// <param name="key">At least 16 random bytes.</param>
    public TokenSigner(byte[] key)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentOutOfRangeException.ThrowIfLessThan(key.Length, 16, nameof(key));
        _key = key;
    }

    [ThreadStatic]
    private static ByteWriter? s_writer;

    /// <summary>The token's text: URL-safe base64 of the content and its signature.</summary>
    public string Sign(in RankingToken token)
    {
        var writer = s_writer ??= new ByteWriter();
        writer.Clear();
        writer.WriteByte(1);
        writer.WriteString(token.RankingId);
        writer.WriteString(token.Item);
        writer.WriteVarInt(token.Position);
        writer.WriteUInt64(token.QueryHash);
        writer.WriteOptionalString(token.Arm);
        writer.WriteOptionalString(token.Campaign);
        if (token.Campaign is not null)
        {
            writer.WriteSingle(token.Fee);
        }

        return Seal(writer.Written);
    }

    /// <summary>Signs any short content: URL-safe base64 of it and its signature.</summary>
    public string Seal(ReadOnlySpan<byte> content)
    {
        var bytes = content.Length <= MaxTokenChars ? stackalloc byte[MaxTokenChars + HMACSHA256.HashSizeInBytes] : new byte[content.Length + HMACSHA256.HashSizeInBytes];
        content.CopyTo(bytes);
        HMACSHA256.HashData(_key, content, bytes[content.Length..]);
        return Base64Url.EncodeToString(bytes[..(content.Length + SignatureBytes)]);
    }

    /// <summary>Verifies sealed content.</summary>
    /// <returns>The content, or null when the text was not sealed by this installation.</returns>
    public byte[]? TryUnseal(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxSealedChars)
        {
            return null;
        }

        var bytes = new byte[text.Length];
        return TryDecodeText(text, bytes, out var length) && IsSigned(bytes.AsSpan(0, length)) ? bytes[..(length - SignatureBytes)] : null;
    }

    private bool IsSigned(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= SignatureBytes)
        {
            return false;
        }

        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, bytes[..^SignatureBytes], signature);
        return CryptographicOperations.FixedTimeEquals(signature[..SignatureBytes], bytes[^SignatureBytes..]);
    }

    /// <summary>Verifies and reads a token.</summary>
    /// <returns>False when the text is not a token that this installation signed.</returns>
    public bool TryRead(string? text, out RankingToken token)
    {
        Span<byte> bytes = stackalloc byte[MaxTokenChars];
        token = default;
        return text is { Length: > 0 and <= MaxTokenChars } && TryDecodeText(text, bytes, out var length) && IsSigned(bytes[..length])
            && TryDecode(bytes[..(length - SignatureBytes)], out token);
    }

    /// <summary>Reads a token that was verified before it was journalled.</summary>
    /// <returns>Null when there is no token or it is not one.</returns>
    public static RankingToken? ReadJournalled(string? text)
    {
        if (string.IsNullOrEmpty(text) || text.Length > MaxTokenChars)
        {
            return null;
        }

        Span<byte> bytes = stackalloc byte[MaxTokenChars];
        return TryDecodeText(text, bytes, out var length) && length > SignatureBytes && TryDecode(bytes[..(length - SignatureBytes)], out var token)
            ? token
            : null;
    }

    // Base64Url.TryDecodeFromChars answers false only for want of room, and throws on letters that are no base64.
    private static bool TryDecodeText(ReadOnlySpan<char> text, Span<byte> bytes, out int written) =>
        Base64Url.DecodeFromChars(text, bytes, out _, out written) == OperationStatus.Done;

    private static bool TryDecode(ReadOnlySpan<byte> content, out RankingToken token)
    {
        token = default;
        try
        {
            var reader = new ByteReader(content);
            if (reader.ReadByte() != 1)
            {
                return false;
            }

            var (ranking, item, position, query) = (reader.ReadString(), reader.ReadString(), (int)reader.ReadVarInt(), reader.ReadUInt64());
            var (arm, campaign) = (reader.ReadOptionalString(), reader.ReadOptionalString());
            token = new RankingToken(ranking, item, position, query, arm, campaign, campaign is null ? 0 : reader.ReadSingle());
            return true;
        }
        catch (CodecException)
        {
            return false;
        }
    }
}
