using System.Runtime.InteropServices;
using Vitrina.Engine.Language;
using Vitrina.Kernels.Hashing;

namespace Vitrina.Engine.Catalog;

/// <summary>What a title says of the product: words, whose order means nothing, and details, which must agree in full.</summary>
/// <remarks>Terms are stems, held as 64-bit hashes. Sums of hashes are the same in any order, and a word is taken out by subtraction.</remarks>
internal readonly struct TitleSignature
{
    // Other single letters are sizes, grades and executions.
    private const string Prepositions = "авикосуя";
    private static readonly HashSet<ulong> s_details = DetailWords();

    private TitleSignature(ulong[] words, ulong details, ulong wordSum, int codeCount, int detailCount)
        => (Words, Details, WordSum, CodeCount, DetailCount) = (words, details, wordSum, codeCount, detailCount);

    /// <summary>The distinct words that are no details.</summary>
    public ulong[] Words { get; }

    /// <summary>Numbers, model codes, colours, sizes, and what a "without" denies, as one hash; repetitions count.</summary>
    public ulong Details { get; }

    /// <summary>The words as one hash.</summary>
    public ulong WordSum { get; }

    /// <summary>Model codes in the title.</summary>
    public int CodeCount { get; }

    /// <summary>Details in the title.</summary>
    public int DetailCount { get; }

    /// <summary>The weight of a word in <see cref="WordSum"/>.</summary>
    public static ulong WeightOf(ulong word) => Hash.Mix(word);

    /// <summary>Reads a title.</summary>
    /// <param name="analyzer">Cuts and stems.</param>
    /// <param name="title">The title.</param>
    /// <param name="buffer">Scratch.</param>
    public static TitleSignature Of(TextAnalyzer analyzer, string title, TokenBuffer buffer)
    {
        analyzer.Analyze(title, buffer);
        var words = new HashSet<ulong>();
        var (details, codes, detailCount, isNegated) = (0UL, 0, 0, false);
        for (var i = 0; i < buffer.Count; i++)
        {
            var token = buffer[i];
            if (!token.IsBase)
            {
                continue;
            }

            var text = buffer.Term(i);
            var term = Hash.Of64(MemoryMarshal.AsBytes(text));
            var isCode = (token.Traits & TokenTraits.ModelCode) != 0;
            var isDetail = isNegated || isCode || (token.Traits & TokenTraits.Number) != 0 || s_details.Contains(term) || (text.Length == 1 && !Prepositions.Contains(text[0]));
            isNegated = text is "без" or "without" or "не";
            if (isDetail)
            {
                details += Hash.Mix(term + 1);
                detailCount++;
                codes += isCode ? 1 : 0;
            }
            else
            {
                words.Add(term);
            }
        }

        var sum = 0UL;
        foreach (var word in words)
        {
            sum += WeightOf(word);
        }

        return new TitleSignature([.. words], details, sum, codes, detailCount);
    }

    // Colours and sizes: what tells variants of one card apart. As the analyser cuts them.
    private static HashSet<ulong> DetailWords()
    {
        const string Colours = "белый белая белое черный черная красный красная синий синяя голубой голубая зеленый зеленая желтый желтая оранжевый розовый розовая "
            + "фиолетовый сиреневый серый серая коричневый бежевый бежевая золотой золотистый серебристый серебряный бордовый бирюзовый мятный хаки лиловый салатовый "
            + "прозрачный прозрачная разноцветный слоновая молочный кремовый песочный графит антрацит изумрудный лазурный малиновый персиковый коралловый "
            + "венге дуб орех ясень бук сосна "
            + "white black red blue green yellow orange pink purple grey gray brown beige gold silver transparent multicolor";
        const string Sizes = "xs s m l xl xxl xxxl xxxxl левый левая правый правая мужской мужская мужские женский женская женские детский мальчика девочки мальчиков девочек";
        var analyzer = new TextAnalyzer(["ru", "en"]);
        var buffer = new TokenBuffer();
        var hashes = new HashSet<ulong>();
        analyzer.Analyze(Colours + " " + Sizes, buffer);
        for (var i = 0; i < buffer.Count; i++)
        {
            hashes.Add(Hash.Of64(MemoryMarshal.AsBytes(buffer.Term(i))));
        }

        return hashes;
    }
}
