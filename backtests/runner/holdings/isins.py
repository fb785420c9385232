"""ISINs of lines that are often held, for brokers that name no ticker.

A row is an ISIN and Yahoo's tickers of it, one a venue. The numbers are recalled; each has the
check digit that the standard (ISO 6166) asks for, which a test works out.
"""

from __future__ import annotations

from collections.abc import Mapping

TICKERS: Mapping[str, tuple[str, ...]] = {
    isin: tuple(tickers.split(","))
    for isin, tickers in (
        row.split()
        for row in """
        US0378331005 AAPL
        US5949181045 MSFT
        US0231351067 AMZN
        US67066G1040 NVDA
        US02079K3059 GOOGL
        US88160R1014 TSLA
        US30303M1027 META
        US11135F1012 AVGO
        US0079031078 AMD
        US68389X1054 ORCL
        US69608A1088 PLTR
        US0846707026 BRK-B
        US79466L3024 CRM
        US81762P1021 NOW
        US8740391003 TSM
        US01609W1027 BABA
        US47215P1066 JD
        US0567521085 BIDU
        US64110W1027 NTES
        US7223041028 PDD
        US89677Q1076 TCOM
        US78462F1030 SPY
        US46090E1038 QQQ
        US78463V1070 GLD
        US4642874329 TLT
        US4642874402 IEF
        US4642874576 SHY
        US4642872265 AGG
        US4642872349 EEM
        US4642874659 EFA
        US4642871846 FXI
        US46429B6719 MCHI
        US5007673065 KWEB
        US9220428588 VWO
        US46434G1031 IEMG
        KYG875721634 0700.HK
        KYG017191142 9988.HK
        KYG596691041 3690.HK
        KYG9830T1067 1810.HK
        CNE100000296 1211.HK
        KYG8208B1014 9618.HK
        KYG6427A1022 9999.HK
        HK0992009065 0992.HK
        KYG8020E1199 0981.HK
        HK2800008867 2800.HK
        CNE0000018R8 600519.SS
        IE00BK5BQT80 VWCE.DE,VWCE.MI,VWCE.AS,VWRA.L,VWRP.L
        IE00B3RBWM25 VWRL.AS,VGWL.DE,VWRL.L,VWRD.L,VWRL.SW
        IE00B4L5Y983 EUNL.DE,IWDA.AS,SWDA.L,IWDA.L,SWDA.MI,SWDA.SW
        IE00B5BMR087 SXR8.DE,CSPX.AS,CSPX.L,CSSPX.MI,CSSPX.SW
        IE00BKM4GZ66 IS3N.DE,EMIM.AS,EIMI.L,EMIM.L,EIMI.MI,EIMI.SW
        IE00B3XXRP09 VUSA.DE,VUSA.AS,VUSA.L,VUSD.L,VUSA.MI,VUSA.SW
        IE00BDBRDM35 EUNA.DE,AGGH.AS,AGGH.MI
        NL0010273215 ASML.AS
        DE0007164600 SAP.DE
        GB00BH4HKS39 VOD.L
        JP3633400001 7203.T
        """.strip().splitlines()
    )
}  # fmt: skip
