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
public readonly record struct RankingToken(string RankingId, string Item, int Position, ulong QueryHash, string? Arm = null, string? Campaign = null, float Fee = 0);

/// <summary>Signs and verifies <see cref="RankingToken"/>s with the installation's secret: HMAC-SHA-256, truncated to 96 bits.</summary>
/// <remarks>Safe for concurrent use.</remarks>
public sealed class TokenSigner
{
    private const int SignatureBytes = 12;
    private const int MaxTokenChars = 1024;
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

    /// <summary>How long sealed content may be, bytes.</summary>
    public const int MaxSealedBytes = MaxTokenChars * 3 / 4;

    /// <summary>Signs any short content: URL-safe base64 of it and its signature.</summary>
    public string Seal(ReadOnlySpan<byte> content)
    {
        Span<byte> bytes = stackalloc byte[MaxSealedBytes + HMACSHA256.HashSizeInBytes];
        content.CopyTo(bytes);
        HMACSHA256.HashData(_key, content, bytes[content.Length..]);
        return Base64Url.EncodeToString(bytes[..(content.Length + SignatureBytes)]);
    }

    /// <summary>Verifies sealed content.</summary>
    /// <returns>False when the text was not sealed by this installation.</returns>
    public bool TryUnseal(string? text, Span<byte> content, out int length)
    {
        length = 0;
        if (string.IsNullOrEmpty(text) || text.Length > MaxTokenChars)
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[MaxTokenChars];
        if (!TryDecodeText(text, bytes, out var written) || written <= SignatureBytes)
        {
            return false;
        }

        var signed = bytes[..(written - SignatureBytes)];
        Span<byte> signature = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(_key, signed, signature);
        if (!CryptographicOperations.FixedTimeEquals(signature[..SignatureBytes], bytes[signed.Length..written]) || signed.Length > content.Length)
        {
            return false;
        }

        signed.CopyTo(content);
        length = signed.Length;
        return true;
    }

    /// <summary>Verifies and reads a token.</summary>
    /// <returns>False when the text is not a token that this installation signed.</returns>
    public bool TryRead(string? text, out RankingToken token)
    {
        Span<byte> content = stackalloc byte[MaxSealedBytes];
        token = default;
        return TryUnseal(text, content, out var length) && TryDecode(content[..length], out token);
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
